"""Further layouts as spreadsheets of several countries write them; all data are fictional."""

from tests.imports.layouts import Layout

COUNTRIES: dict[str, Layout] = {
    "german spreadsheet": Layout(
        "Kundennr;Firma;Ansprechpartner;NPS;Jahresumsatz;Vertragsende;Letzter Kontakt;Betreuer\n"
        "10023;Müller GmbH;Eva Groß;9;12.500,00 €;31.12.2025;5. März 2025;Olga Owner\n"
        "10024;Schmidt KG;Jan Weiß;3;1.000,00 €;01.02.2026;12. Mai 2025;Olga Owner\n"
        "10025;Hof & Söhne;Ute Klein;;950,50 €;15.07.2026;;Max Manager\n",
        {
            "Kundennr": "id",
            "Firma": "attribute",
            "Ansprechpartner": "name",
            "NPS": "metric",
            "Vertragsende": "renewal_on",
            "Betreuer": "owner",
            "Jahresumsatz": "value",
        },
        {
            "10023": {
                "name": "Eva Groß",
                "value": 12500.0,
                "letzter_kontakt": "2025-03-05",
                "nps": 9,
                "firma": "Müller GmbH",
            }
        },
    ),
    "german without persons": Layout(
        "Kunden-Nr.;Firma;PLZ;Ort;Telefon;Umsatz 2024;Kunde seit;Newsletter\n"
        "00017;Bäckerei Süß;01067;Dresden;0351/4711-0;1.234,5;03.04.2019;ja\n"
        "00018;Café Grün;80331;München;089/123456;999;30.11.2021;nein\n"
        "00019;Hotel Ärmel;04109;Leipzig;0341/98765;12.000;01.01.2020;ja\n",
        {"Kunden-Nr.": "id", "Firma": "name", "PLZ": "attribute", "Kunde seit": "first_seen_at"},
        {
            "00017": {
                "plz": "01067",
                "telefon": "0351/4711-0",
                "umsatz_2024": 1234.5,
                "newsletter": True,
                "name": "Bäckerei Süß",
                "first_seen_at": "2019-04-03T00:00:00Z",
            },
            "00019": {"umsatz_2024": 12000.0},
        },
        encoding="cp1252",
    ),
    "french spreadsheet": Layout(
        "N° client;Prénom;Nom;Courriel;Code postal;Montant dépensé;Dernière commande;"
        "Date d'inscription\n"
        "C-1;Zoé;Lefèvre;zoe@x.example;06000;1 234,50 €;5 mars 2025;12/01/2023\n"
        "C-2;Éric;Noël;eric@x.example;75011;87,00 €;18 août 2024;25/12/2022\n",
        {
            "N° client": "id",
            "Prénom": "first_name",
            "Nom": "last_name",
            "Courriel": "email",
            "Date d'inscription": "first_seen_at",
        },
        {
            "C-1": {
                "name": "Zoé Lefèvre",
                "code_postal": "06000",
                "montant_depense": 1234.5,
                "derniere_commande": "2025-03-05",
                "first_seen_at": "2023-01-12T00:00:00Z",
            },
            "C-2": {"derniere_commande": "2024-08-18"},
        },
    ),
    "spanish spreadsheet": Layout(
        "Código cliente;Nombre;Apellidos;Correo electrónico;Teléfono;Pedidos;Importe total;Alta\n"
        "E01;María;Ibáñez Ruiz;maria@x.example;+34 600 111 222;3;1.250,75;05/11/2023\n"
        "E02;José;Peña;jose@x.example;+34 600 333 444;12;980,00;23/02/2024\n",
        {
            "Código cliente": "id",
            "Nombre": "first_name",
            "Apellidos": "last_name",
            "Alta": "first_seen_at",
            "Pedidos": "metric",
        },
        {
            "E01": {
                "name": "María Ibáñez Ruiz",
                "telefono": "+34 600 111 222",
                "importe_total": 1250.75,
                "first_seen_at": "2023-11-05T00:00:00Z",
            }
        },
        encoding="cp1252",
    ),
    "japanese spreadsheet": Layout(
        "顧客番号,氏名,会社名,郵便番号,電話番号,登録日,売上\n"
        '00101,山田太郎,株式会社サンプル,100-0001,03-1234-5678,2023年4月1日,"1,200"\n'
        '00102,佐藤花子,有限会社テスト,060-0001,011-222-3333,2022年12月15日,"3,400"\n'
        "00103,鈴木一郎,合同会社ミライ,530-0001,06-7777-8888,2021年7月30日,560\n",
        {"顧客番号": "id", "氏名": "name", "登録日": "first_seen_at", "売上": "metric"},
        {"00101": {"name": "山田太郎", "first_seen_at": "2023-04-01T00:00:00Z"}},
        encoding="cp932",
    ),
    "swiss spreadsheet": Layout(
        "Kundennummer;Name;Vorname;Umsatz CHF;Rabatt;Geburtsdatum;Gekündigt\n"
        "1001;Rüegg;Urs;CHF 1'234.50;5%;01.02.1970;nein\n"
        "1002;Meier;Anna;CHF 12'000.00;12%;24.12.1985;ja\n"
        "1003;Frei;Reto;CHF 950.00;0%;05.05.1990;nein\n",
        {"Kundennummer": "id", "Name": "last_name", "Vorname": "first_name", "Gekündigt": "label"},
        {"1001": {"name": "Urs Rüegg", "umsatz_chf": 1234.5, "geburtsdatum": "1970-02-01"}},
    ),
    "polish spreadsheet": Layout(
        "Nr klienta;Imię;Nazwisko;E-mail;Wartość;Data rejestracji\n"
        "P1;Łukasz;Wiśniewski;lukasz@x.example;1 234,50 zł;5 marca 2023\n"
        "P2;Małgorzata;Żak;gosia@x.example;99,90 zł;12 grudnia 2022\n",
        {"Imię": "first_name", "Nazwisko": "last_name", "E-mail": "email"},
        {
            "P1": {
                "name": "Łukasz Wiśniewski",
                "wartosc": 1234.5,
                "first_seen_at": "2023-03-05T00:00:00Z",
            }
        },
        encoding="cp1250",
    ),
    "no header": Layout(
        "a-1,ann@x.example,2024-01-05,3\na-2,bo@x.example,2024-02-05,4\n"
        "a-3,cy@x.example,2024-03-05,5\n",
        {"column 2": "id"},
        {"ann@x.example": {"column_3": "2024-01-05"}},
    ),
    "brazilian spreadsheet": Layout(
        "Código do cliente;Nome;Sobrenome;E-mail;CEP;Celular;Valor total;Último pedido\n"
        "B1;João;Conceição;joao@x.example;01310-100;(11) 91234-5678;R$ 1.234,56;05/03/2025\n"
        "B2;Inês;Araújo;ines@x.example;20040-020;(21) 99876-5432;R$ 98,00;28/02/2025\n",
        {"Código do cliente": "id", "Nome": "first_name", "Sobrenome": "last_name"},
        {
            "B1": {
                "name": "João Conceição",
                "cep": "01310-100",
                "celular": "(11) 91234-5678",
                "valor_total": 1234.56,
                "ultimo_pedido": "2025-03-05",
            }
        },
    ),
}
