-- A role writes only its own schema. What others may read are versioned views.
GRANT USAGE ON SCHEMA registry, allocator, ledger TO registry, allocator, ledger;

GRANT SELECT ON ALL TABLES IN SCHEMA registry TO registry;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA registry TO registry;
GRANT INSERT, UPDATE ON registry.partner, registry.broker_user, registry.hot_wallet, registry.pool, registry.revision TO registry;
GRANT INSERT ON registry.audit_log TO registry;
GRANT INSERT, UPDATE ON registry.partner_terms, registry.house_terms TO registry;
GRANT INSERT, UPDATE ON registry.supplier, registry.partner_policy, registry.house_policy TO registry;
GRANT SELECT ON registry.v1_supplier, registry.v1_policy, registry.v1_house_policy TO allocator;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA allocator TO allocator;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA allocator TO allocator;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA allocator TO allocator;
GRANT SELECT ON registry.v1_partner, registry.v1_broker_user, registry.v1_hot_wallet, registry.v1_pool, registry.v1_revision
    TO allocator;

-- The ledger is read by views and written by functions alone; its own role has no more than that.
GRANT SELECT ON ledger.v1_balance, ledger.v1_posting, ledger.v1_debit TO registry, allocator, ledger;
GRANT EXECUTE ON FUNCTION ledger.charge, ledger.refund, ledger.complete, ledger.post, ledger.lock TO allocator, ledger;
GRANT EXECUTE ON FUNCTION ledger.credit TO registry, ledger;
GRANT EXECUTE ON FUNCTION ledger.set_credit_limit TO registry;
GRANT SELECT ON registry.v1_partner_terms TO allocator;
GRANT SELECT ON registry.v1_partner, registry.v1_partner_terms TO ledger;

-- Every service checks at its start that the database is at the version it was made for.
GRANT USAGE ON SCHEMA busbar TO registry, allocator, ledger;
GRANT SELECT ON ALL TABLES IN SCHEMA busbar TO registry, allocator, ledger;

-- Prices: written by price-feed, read by whoever decides by them.
GRANT USAGE ON SCHEMA prices, busbar TO prices;
GRANT USAGE ON SCHEMA prices TO allocator;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA prices TO prices;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA prices TO prices;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA prices TO prices;
GRANT SELECT ON prices.v1_feed, prices.v1_source, prices.v1_energy, prices.v1_chain, prices.v1_proposal,
    prices.v1_parameter_change, prices.v1_history TO allocator;
GRANT SELECT ON ALL TABLES IN SCHEMA busbar TO prices;
