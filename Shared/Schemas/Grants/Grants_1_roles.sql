-- A login role per owner. Made without password: `busbar migrate` sets the one it is given.
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['registry', 'allocator', 'ledger', 'prices', 'notifier'] LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', role);
        END IF;
    END LOOP;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    -- Another migration of the same cluster made it at the same moment.
    NULL;
END $$;
