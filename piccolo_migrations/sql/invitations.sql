-- Whose invitation is it? Asked before anybody has signed in.
CREATE OR REPLACE TRIGGER staff_invitations_directory
  AFTER INSERT OR DELETE OR UPDATE OF invitation_hash ON staff
  FOR EACH ROW EXECUTE FUNCTION pulse_directory('staff_invitation', 'invitation_hash');
