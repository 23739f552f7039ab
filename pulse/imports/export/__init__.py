"""Export the list of customers with the rows and the order of the screen."""

from pulse.imports.export.excel import Labels as Labels
from pulse.imports.export.excel import check_excel_size as check_excel_size
from pulse.imports.export.excel import list_as_excel as list_as_excel
from pulse.imports.export.files import list_as_csv as list_as_csv
from pulse.imports.export.files import list_as_parquet as list_as_parquet
from pulse.imports.export.rows import ListOrder as ListOrder
