"""Further layouts as products write them; people and companies are fictional.

Each has the text, the kind of list, the columns' roles, and expected fields of customers.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple


class Layout(NamedTuple):
    """roles: by column; fields: by customer, then field; kind: customers or events."""

    text: str
    roles: Mapping[str, str] = MappingProxyType({})
    fields: Mapping[str, dict[str, Any]] = MappingProxyType({})
    kind: str = "customers"
    rejected: int = 0
    encoding: str = "utf-8"


PRODUCTS: dict[str, Layout] = {
    "shopify orders": Layout(
        "Name,Email,Financial Status,Paid at,Total,Discount Amount,Created at,Lineitem quantity,"
        "Billing Name,Billing Zip,Phone,Id\n"
        "#1001,ann@x.example,paid,2024-03-05 10:00:00 -0500,24.90,0.00,"
        "2024-03-05 09:59:00 -0500,1,Ann Lee,'02134,'+16175550100,5500000000001\n"
        "#1002,ann@x.example,paid,2024-04-05 10:00:00 -0500,14.90,0.00,"
        "2024-04-05 09:59:00 -0500,2,Ann Lee,'02134,'+16175550100,5500000000002\n"
        "#1003,bo@x.example,refunded,2024-04-06 10:00:00 -0500,4.90,0.00,"
        "2024-04-06 09:59:00 -0500,1,Bo Ng,'90210,'+16175550101,5500000000003\n",
        {"Email": "id", "Id": "event_id", "Total": "event_amount"},
        kind="events",
    ),
    "stripe subscriptions": Layout(
        "id,Customer ID,Customer Email,Plan,Quantity,Status,Start (UTC),Current Period End (UTC),"
        "Canceled At (UTC),Amount\n"
        "sub_1,cus_A,a@x.example,price_1,1,active,2023-01-10 23:05,2025-01-10 23:05,,29.00\n"
        "sub_2,cus_B,b@x.example,price_2,3,canceled,2023-02-10 23:05,2024-02-10 23:05,"
        "2024-02-01 10:00,87.00\n",
        {"Customer ID": "id", "Customer Email": "email", "Start (UTC)": "first_seen_at"},
        {"cus_A": {"email": "a@x.example", "first_seen_at": "2023-01-10T23:05:00Z"}},
    ),
    "hubspot companies": Layout(
        "Record ID,Company name,Company owner,Phone Number,Postal Code,Industry,Annual Revenue,"
        "Number of Employees,Create Date,Last Activity Date,Lifecycle Stage\n"
        "9000000000001,Acme Inc,Olga Owner,+1 617-555-0100,02134,RETAIL,1200000,50,"
        "2024-01-10 14:30,2025-11-01 09:00,customer\n"
        "9000000000002,Null Ltd,Max Manager,,00501,RETAIL,,8,2024-02-11 14:31,,customer\n",
        {
            "Record ID": "id",
            "Company name": "name",
            "Company owner": "owner",
            "Create Date": "first_seen_at",
        },
        {"9000000000002": {"name": "Null Ltd", "postal_code": "00501"}},
    ),
    "salesforce contacts": Layout(
        '"Contact ID","First Name","Last Name","Account Name","Email","Mobile","Mailing Zip",'
        '"Birthdate","Created Date","Do Not Call","Email Opt Out"\n'
        '"003A0000001","Ann","Lee","Acme","ann@x.example","(617) 555-0100","02134","3/14/1980",'
        '"12/31/2022","0","1"\n'
        '"003A0000002","Bo","Ng","Beta","bo@x.example","(617) 555-0101","10001","4/1/1975",'
        '"1/2/2023","1","0"\n',
        {
            "Contact ID": "id",
            "First Name": "first_name",
            "Account Name": "attribute",
            "Created Date": "first_seen_at",
            "Email Opt Out": "attribute",
        },
        {
            "003A0000001": {
                "name": "Ann Lee",
                "mailing_zip": "02134",
                "birthdate": "1980-03-14",
                "first_seen_at": "2022-12-31T00:00:00Z",
            }
        },
    ),
    "mailchimp audience": Layout(
        "Email Address,First Name,Last Name,Phone Number,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,"
        "LATITUDE,LONGITUDE,GMTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,TAGS\n"
        'ann@x.example,Ann,Lee,"+1 617 555 0100",4,"2023-01-05 10:00:00","2023-01-05 10:01:00",'
        '52.5,13.4,1,Europe/Berlin,DE,BE,"2024-01-01 09:00:00",100001,aa11bb22,'
        '"""vip"",""news letter"""\n'
        'bo@x.example,Bo,Ng,,2,"2023-02-05 10:00:00","2023-02-05 10:01:00",'
        '40.7,-74.0,-5,America/New_York,US,NY,"2024-01-02 09:00:00",100002,cc33dd44,\n',
        {
            "Email Address": "id",
            "First Name": "first_name",
            "OPTIN_TIME": "first_seen_at",
            "TAGS": "tags",
        },
        {
            "ann@x.example": {
                "name": "Ann Lee",
                "email": "ann@x.example",
                "tags": ["vip", "news letter"],
                "phone_number": "+1 617 555 0100",
                "euid": "aa11bb22",
            }
        },
    ),
    "zendesk users": Layout(
        "ID,Name,Email,External ID,Phone,Organization,Role,Created at,Last login,Tags,Locale,"
        "Time zone,Suspended\n"
        "361000000001,Ann Lee,ann@x.example,u-1,+16175550100,Acme,end-user,"
        "2023-01-05T10:00:00Z,2025-01-05T10:00:00Z,vip beta,en-US,Berlin,false\n"
        "361000000002,Bo Ng,bo@x.example,u-2,,Beta,end-user,2023-02-05T10:00:00Z,,,de,Berlin,"
        "false\n",
        {
            "Name": "name",
            "Created at": "first_seen_at",
            "Locale": "locale",
            "Tags": "tags",
            "Organization": "attribute",
        },
    ),
    "zendesk tickets": Layout(
        "Ticket ID,Requester ID,Subject,Status,Priority,Created at,Solved at\n"
        "1,u-1,Broken,closed,high,2024-01-05 10:00:00,2024-01-06 10:00:00\n"
        "2,u-1,Again,open,low,2024-02-05 10:00:00,\n"
        "3,u-2,Help,closed,high,2024-02-06 10:00:00,2024-02-07 10:00:00\n",
        {"Requester ID": "id", "Ticket ID": "event_id", "Created at": "event_time"},
        kind="events",
    ),
    "intercom companies": Layout(
        "Company name,Company ID,Last seen,Created at,People,Sessions,Plan,Monthly spend,"
        "CSM,Size,Industry\n"
        "Acme,c0,2025-11-01 09:00:00 UTC,2024-01-01 09:00:00 UTC,4,120,Pro,99.00,Olga,50,Retail\n"
        "Beta,c1,2025-11-02 09:00:00 UTC,2024-01-02 09:00:00 UTC,1,3,Free,0.00,Max,5,Media\n",
        {"Company name": "name", "Company ID": "id", "CSM": "owner", "Created at": "first_seen_at"},
        {"c0": {"name": "Acme", "sessions": 120}},
    ),
    "pipedrive people": Layout(
        "Person - ID;Person - Name;Person - Organization;Person - Email - Work;"
        "Person - Phone - Work;Person - Owner;Person - Closed deals;Person - Open deals;"
        "Person - Person created\n"
        "1;Ann Lee;Acme;ann@x.example;+49 30 123456;Olga Owner;2;1;2023-01-05 10:00:00\n"
        "2;Bo Ng;Beta;bo@x.example;+49 30 654321;Olga Owner;0;0;2023-02-05 10:00:00\n",
        {
            "Person - ID": "id",
            "Person - Name": "name",
            "Person - Email - Work": "email",
            "Person - Owner": "owner",
            "Person - Closed deals": "metric",
        },
        {"1": {"name": "Ann Lee", "person_phone_work": "+49 30 123456"}},
    ),
    "klaviyo profiles": Layout(
        "Email,Klaviyo ID,First Name,Last Name,Phone Number,Date Added,Last Active,"
        "Total Customer Lifetime Value,Expected Date Of Next Order,Email Marketing Consent,"
        "Predicted Gender\n"
        "ann@x.example,01HABC000001,Ann,Lee,+16175550100,2023-01-05 10:00:00+00:00,"
        "2025-01-05 10:00:00+00:00,120.50,2025-06-01,SUBSCRIBED,female\n"
        "bo@x.example,01HABC000002,Bo,Ng,,2023-02-05 10:00:00+00:00,2025-02-05 10:00:00+00:00,"
        "0.00,,NEVER_SUBSCRIBED,male\n",
        {
            "Klaviyo ID": "id",
            "Email": "email",
            "First Name": "first_name",
            "Date Added": "first_seen_at",
            "Email Marketing Consent": "attribute",
        },
        {"01HABC000001": {"name": "Ann Lee", "total_customer_lifetime_value": 120.5}},
    ),
    "woocommerce customers": Layout(
        "Name,Username,Last Active,Date Registered,Email,Orders,Total Spend,AOV,Country / Region,"
        "City,Region,Postal Code\n"
        "Ann Lee,annlee,2025-01-05 10:00:00,2023-01-05 10:00:00,ann@x.example,3,120.50,40.17,"
        "DE,Berlin,BE,01067\n"
        "Bo Ng,bong,2025-02-05 10:00:00,2023-02-05 10:00:00,bo@x.example,1,20.00,20.00,"
        "NA,Windhoek,KH,00000\n",
        {"Email": "id", "Name": "name", "Date Registered": "first_seen_at", "Orders": "metric"},
        {"bo@x.example": {"country_region": "NA", "postal_code": "00000"}},
    ),
    "chargebee customers": Layout(
        "Customer Id,Customer First Name,Customer Last Name,Customer Email,Customer Company,"
        "Customer Created At,Subscriptions Count,MRR,Auto Collection,Net Term Days\n"
        "16BjBVT1,Ann,Lee,ann@x.example,Acme,05-Mar-2023 10:00,1,$49.00,on,0\n"
        '16BjBVT2,Bo,Ng,bo@x.example,Beta,18-Aug-2022 09:30,2,"$1,049.00",off,30\n',
        {
            "Customer Id": "id",
            "Customer First Name": "first_name",
            "Customer Email": "email",
            "Customer Created At": "first_seen_at",
            "MRR": "value",
        },
        {"16BjBVT2": {"name": "Bo Ng", "value": 12588.0, "first_seen_at": "2022-08-18T09:30:00Z"}},
    ),
    "us export with time": Layout(
        "Account Number,Account Name,Last Login,Renewal Date,ARR,Health Score,CSM,Left-handed,"
        "Logins\n"
        '000123,Acme,3/5/2025 3:07 PM,12/31/2025,"$12,500",82,Olga,yes,0\n'
        '000124,Beta,11/13/2024 9:00 AM,1/15/2026,"$1,200.50",35,Max,no,1\n'
        "000125,Gamma,Never,6/30/2026,$0,N/A,Max,no,1\n",
        {
            "Account Number": "id",
            "Account Name": "name",
            "Renewal Date": "renewal_on",
            "ARR": "value",
            "Left-handed": "attribute",
            "Logins": "metric",
            "Health Score": "metric",
            "CSM": "owner",
        },
        {
            "000123": {"value": 12500.0, "last_login": "2025-03-05T15:07:00Z", "logins": 0},
            "000125": {"last_login": None, "health_score": None},
        },
    ),
}
