-- What a session's role may do is asked at each request, before a business is chosen.
CREATE POLICY system_reads ON role_definitions FOR SELECT TO pulse_system USING (true);
GRANT SELECT ON role_definitions TO pulse_system;
