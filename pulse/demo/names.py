"""Invented names and addresses for demo customers: the same for the same id.

Common given and family names, combined by the customer's id; every address ends in @example.com,
which RFC 2606 reserves.
"""

import unicodedata
from hashlib import blake2b

GIVEN = {
    "en": """Ada Alice Amelia Arthur Ava Beatrice Ben Bridget Callum Cara Charlotte Claire Clara
        Connor Daisy Daniel Edith Edward Eleanor Eliza Ella Emily Ethan Eva Evelyn Fiona Florence
        Frances Freya George Georgia Grace Hannah Harriet Harry Hazel Heather Helen Henry Holly
        Hugh Imogen Iris Isaac Isla Ivy Jack Jacob Jane Jasmine Jenny Joan Joel Josephine Joseph
        Kate Laura Leah Leo Liam Libby Lily Louis Lucy Lydia Mabel Madeleine Maisie Margaret Martha
        Mary Matilda Maya Megan Mia Molly Nancy Naomi Nathan Nora Olive Oliver Oscar Owen Patrick
        Penny Philippa Phoebe Polly Priya Rachel Rebecca Robert Robin Rory Rosa Rose Ruby Ruth Sam
        Sarah Scarlett Sean Sophie Stella Theo Thomas Tom Vera Violet Walter William Winifred
        Yasmin Zara Zoe""",
    "de": """Anja Anna Anton Astrid Birgit Carla Clara Daniel Elena Elias Emil Emma Felix Finn
        Franziska Greta Hanna Heidi Helena Henrik Ida Ines Jakob Jana Johanna Jonas Karin Katrin
        Lara Lena Leon Lina Lukas Maja Marlene Martin Matthias Mia Michael Nele Nina Oskar Paul
        Petra Ralf Sabine Silke Stefan Tanja Theresa Tilda Tobias Ulrike Ute Vera Wiebke""",
    "fr": """Adèle Alice Amélie Antoine Arnaud Arthur Baptiste Camille Cécile Chloé Claire Clément
        Denise Élise Élodie Émile Étienne Fanny Florence Gabriel Gaëlle Henri Hugo Inès Jeanne
        Jules Juliette Julien Léa Léo Lou Louise Lucie Manon Marc Margaux Marie Mathilde Maxime
        Nathalie Nicolas Noé Océane Odile Pauline Philippe Rémi Romane Sébastien Sophie Sylvie
        Théo Valérie Victor Yves Zoé""",
    "es": """Adela Adrián Alba Álvaro Ana Andrés Beatriz Carlos Carmen Celia Clara Cristina Daniel
        Diego Elena Elisa Emma Esteban Eva Felipe Gloria Hugo Inés Irene Iván Javier Jorge Julia
        Laura Leo Lola Lucía Manuel Mar Marcos María Marta Mateo Miguel Nuria Olga Pablo Paula
        Pilar Rafael Rocío Rosa Sara Sergio Sofía Teresa Vera""",
    "pt": """Afonso Alice Ana André Artur Beatriz Bernardo Bruno Carla Carolina Catarina Clara
        Daniel Diogo Duarte Elisa Eva Filipa Gabriel Gonçalo Helena Henrique Inês Isabel Joana
        João José Júlia Laura Leonor Lia Luís Luísa Mafalda Manuel Marta Mateus Miguel Nuno Olívia
        Paula Pedro Rafael Raquel Rita Rui Sara Sofia Teresa Tiago Vasco Vera""",
    "ar": """Aisha Ali Amal Amina Amir Bilal Dalia Farah Faris Fatima Hadi Hala Hana Hassan Huda
        Ibrahim Iman Jamal Karim Khalid Layla Lina Mariam Maha Nabil Nadia Noor Omar Rania Reem
        Salim Salma Samir Sana Tariq Yara Yusuf Zain Zaynab""",
}
FAMILY = {
    "en": """Abbott Adams Allen Archer Atkinson Austin Baker Ball Barker Barnes Barrett Bates
        Bennett Berry Bishop Blake Bond Booth Bowen Boyd Bradley Brady Briggs Brooks Browne
        Burgess Burke Burton Butler Byrne Carr Carter Chambers Chapman Clarke Cole Collins Cooper
        Craig Cross Curtis Dale Dalton Dawson Day Dean Dixon Doyle Drake Duffy Dunn Edwards Ellis
        Elliott Farrell Field Fisher Fleming Ford Foster Fox Francis Frost Gardner Gibson Gilbert
        Glover Goodwin Grant Gray Green Griffin Hale Hall Hammond Harding Harper Hart Hayes Heath
        Hewitt Hill Hobbs Holland Hope Howe Hudson Hughes Hunt Ingram Irwin Jarvis Jenkins Jordan
        Joyce Keane Kemp Kerr King Kirk Knight Lamb Lane Lawson Leigh Lloyd Long Lowe Lynch Marsh
        Mason Mills Moore Morgan Morris Moss Murray Nash Neville Newton Noble Nolan Norris Oakley
        Osborne Owens Page Palmer Park Parry Patel Peake Perry Pike Pope Porter Potter Pratt Price
        Quinn Reed Rees Reid Rhodes Riley Rose Rowe Ryan Saunders Sharp Shaw Short Singh Slater
        Snow Sparrow Stone Swan Talbot Tate Thorne Tyler Vance Vaughan Wade Walsh Ward Warren
        Watts Webb Wells West Wilde Winter Wood Wright Yates York Young""",
    "de": """Adler Albers Arnold Bauer Beck Berger Bergmann Böhm Brandt Braun Busch Dietrich Ebert
        Engel Fiedler Fischer Frank Franke Friedrich Graf Groß Haas Hahn Hartmann Heinrich Herrmann
        Hofmann Horn Huber Jäger Jung Kaiser Keller Klein Koch Kraft Krämer Kraus Krüger Kuhn Lang
        Lehmann Lindner Lorenz Ludwig Maier Marx Mayer Möller Neumann Otto Peters Pfeiffer Pohl
        Richter Roth Sauer Schäfer Scholz Schreiber Schubert Seidel Simon Sommer Stein Thomas Vogel
        Vogt Wagner Walter Weber Weiß Winkler Winter Wolf Ziegler Zimmermann""",
    "fr": """Aubert Barbier Benoît Bernard Bertrand Blanc Bonnet Boucher Bouvier Boyer Brun
        Carpentier Chevalier Clément Colin David Denis Deschamps Dubois Dufour Dumas Dupont Durand
        Fabre Faure Fleury Fontaine Fournier Gaillard Garnier Gautier Gérard Girard Giraud Guérin
        Henry Hubert Jacquet Joly Lacroix Lambert Laurent Leblanc Leclerc Lefèvre Lemaire Leroux
        Leroy Marchand Marie Martin Masson Mercier Meunier Meyer Michel Moreau Morel Moulin Noël
        Olivier Perrin Petit Picard Renard Renaud Rey Richard Robin Roche Rolland Rousseau Roux
        Simon Vidal Vincent""",
    "es": """Alonso Álvarez Arias Benítez Blanco Bravo Cabrera Calvo Campos Cano Carrasco Castillo
        Castro Cortés Cruz Delgado Díaz Díez Domínguez Durán Esteban Fernández Ferrer Flores
        Fuentes Gallego García Garrido Gil Giménez Gómez González Guerrero Gutiérrez Hernández
        Herrera Iglesias Jiménez León López Lozano Marín Márquez Martín Medina Méndez Molina Mora
        Moreno Muñoz Navarro Núñez Ortega Ortiz Parra Peña Prieto Ramírez Ramos Reyes Rojas Romero
        Rubio Ruiz Sáez Santos Serrano Soto Suárez Torres Vargas Vega Vicente Vidal""",
    "pt": """Abreu Almeida Alves Amaral Antunes Araújo Azevedo Baptista Barbosa Barros Batista
        Borges Branco Brito Campos Cardoso Carneiro Carvalho Castro Coelho Correia Costa Cruz Cunha
        Dias Duarte Esteves Faria Fernandes Ferreira Figueiredo Fonseca Freitas Gaspar Gomes
        Gonçalves Guerreiro Henriques Leal Leite Lima Lopes Lourenço Macedo Machado Magalhães
        Marques Martins Matos Melo Mendes Miranda Monteiro Morais Moreira Mota Moura Nascimento
        Neves Nogueira Nunes Oliveira Pacheco Paiva Pereira Pinheiro Pinto Pires Ramos Reis Ribeiro
        Rocha Santos Simões Soares Sousa Tavares Teixeira Valente Vaz Vieira""",
    "ar": """Abbas Abdullah Aziz Badawi Darwish Farouk Ghanem Habib Haddad Hamdan Hariri Hassan
        Hijazi Ismail Jaber Kamal Kassem Khalil Khoury Mahmoud Mansour Masri Mustafa Nader Najjar
        Nasser Othman Qasim Rahman Saab Sabbagh Said Saleh Salman Shaheen Sharif Suleiman Tawil
        Yassin Zaki""",
}


def made_up_name(external_id: str, language: str = "en") -> str:
    """A given and a family name for this id, from the names of `language` (others: English)."""
    given = GIVEN.get(language, GIVEN["en"]).split()
    family = FAMILY.get(language, FAMILY["en"]).split()
    chosen = int.from_bytes(blake2b(external_id.encode(), digest_size=8).digest())
    return f"{given[chosen % len(given)]} {family[chosen // len(given) % len(family)]}"


def made_up_address(external_id: str, name: str) -> str:
    """A reserved address that contains the id, so it is unique: `ada.archer.17850@example.com`."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    words = plain.encode("ascii", "ignore").decode().lower().split()
    return f"{'.'.join([*words, external_id.lower()])}@example.com"
