import polars as pl

from pulse.demo.build_data import lines_of, products_of

ROWS = pl.DataFrame(
    {
        "InvoiceNo": ["536365", "536365", "C536379", "536370"],
        "StockCode": ["85123A", "71053", "85123A", "85123A"],
        "Description": ["HEART", "LANTERN", "HEART", "HEART?"],
        "Quantity": ["6", "6", "-1", "2"],
        "InvoiceDate": ["2010-12-01 08:26:00"] * 4,
        "UnitPrice": ["2.55", "3.39", "2.55", "2.55"],
        "CustomerID": ["17850", "17850.0", "14527", "12583"],
        "Country": ["United Kingdom", "United Kingdom", "United Kingdom", "France"],
    }
)


def test_lines_keep_every_row_and_read_ids_that_came_as_decimals():
    lines = lines_of(ROWS)
    assert lines["CustomerID"].to_list() == [17850, 17850, 14527, 12583]
    assert lines["Quantity"].to_list() == [6, 6, -1, 2]
    assert "Description" not in lines.columns


def test_a_product_gets_its_most_frequent_name():
    assert dict(products_of(ROWS).iter_rows()) == {"85123A": "HEART", "71053": "LANTERN"}
