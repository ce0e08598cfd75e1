-- A role writes only its own schema. What others may read are versioned views.
GRANT USAGE ON SCHEMA registry, allocator TO registry, allocator;

GRANT SELECT ON ALL TABLES IN SCHEMA registry TO registry;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA registry TO registry;
GRANT INSERT, UPDATE ON registry.partner, registry.broker_user, registry.hot_wallet, registry.pool, registry.revision TO registry;
GRANT INSERT ON registry.audit_log TO registry;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA allocator TO allocator;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA allocator TO allocator;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA allocator TO allocator;
GRANT SELECT ON registry.v1_partner, registry.v1_broker_user, registry.v1_hot_wallet, registry.v1_pool, registry.v1_revision
    TO allocator;

-- Every service checks at its start that the database is at the version it was made for.
GRANT USAGE ON SCHEMA busbar TO registry, allocator;
GRANT SELECT ON ALL TABLES IN SCHEMA busbar TO registry, allocator;
