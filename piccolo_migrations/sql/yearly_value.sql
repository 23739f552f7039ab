-- The value a year of lists and pages: that of the orders, else the imported one. Scoring writes it
-- with the score; here it follows an imported value at once. It stands with the customer, not with
-- the score, so that a list can be sorted by it before the first scorecard.
CREATE OR REPLACE FUNCTION pulse_value_imported() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  NEW.yearly_value := coalesce(
    (SELECT s.value_year FROM customer_scores s
     WHERE s.business_id = NEW.business_id AND s.customer_id = NEW.id), NEW.value);
  RETURN NEW;
END $body$;

-- An import writes both columns, so that a million rows call no function.
CREATE OR REPLACE TRIGGER customers_value_new BEFORE INSERT ON customers
  FOR EACH ROW WHEN (NEW.value IS NOT NULL AND NEW.yearly_value IS NULL)
  EXECUTE FUNCTION pulse_value_imported();
CREATE OR REPLACE TRIGGER customers_value_changed BEFORE UPDATE OF value ON customers
  FOR EACH ROW WHEN (NEW.value IS DISTINCT FROM OLD.value)
  EXECUTE FUNCTION pulse_value_imported();

CREATE INDEX IF NOT EXISTS customers_yearly_value ON customers (business_id, yearly_value, id);
DROP INDEX IF EXISTS customers_value;
