-- A role writes only its own schema. What others may read are versioned views.
GRANT USAGE ON SCHEMA registry, allocator, ledger TO registry, allocator, ledger;

-- Functions are for those named below. By schema this cannot be said: what everyone may do by default is only added to.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
-- What an earlier version granted is taken back first.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA registry, ledger, notifier FROM PUBLIC, registry, allocator, ledger, prices, notifier;
REVOKE ALL ON ALL TABLES IN SCHEMA registry, notifier FROM registry, allocator, ledger, prices, notifier;

-- The registry is changed by its audited functions alone.
GRANT SELECT ON ALL TABLES IN SCHEMA registry TO registry;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA registry TO registry;
GRANT SELECT ON registry.v1_supplier, registry.v1_policy, registry.v1_house_policy TO allocator;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA allocator TO allocator;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA allocator TO allocator;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA allocator TO allocator;
GRANT SELECT ON registry.v1_partner, registry.v1_broker_user, registry.v1_hot_wallet, registry.v1_pool, registry.v1_revision,
    registry.v1_change TO allocator;

-- What suppliers ask, and what was bought: for price-feed, which asks none itself, and for people.
GRANT USAGE ON SCHEMA allocator TO prices;
GRANT SELECT ON allocator.v1_supplier_state TO registry, prices;
GRANT SELECT ON allocator.v1_purchase TO registry;

-- The ledger is read by views and written by functions alone; its own role has no more than that.
GRANT SELECT ON ledger.v1_balance, ledger.v1_posting, ledger.v1_debit TO registry, allocator, ledger;
GRANT EXECUTE ON FUNCTION ledger.charge, ledger.refund, ledger.complete, ledger.post, ledger.lock TO allocator, ledger;
-- Deposits that people book go through registry.credit, which leaves an entry in the audit log.
GRANT EXECUTE ON FUNCTION ledger.credit TO ledger;
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

-- Notifications: written by the notifier; people add and change endpoints by audited functions alone.
GRANT USAGE ON SCHEMA notifier, busbar TO notifier;
GRANT SELECT ON ALL TABLES IN SCHEMA busbar TO notifier;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA notifier TO notifier;
REVOKE INSERT, DELETE ON notifier.endpoint FROM notifier;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA notifier TO notifier;
GRANT EXECUTE ON FUNCTION notifier.keep_partitions TO notifier;
GRANT USAGE ON SCHEMA notifier TO registry;
GRANT SELECT ON notifier.v1_endpoint, notifier.v1_pending, notifier.v1_finished, notifier.v1_delivery, notifier.v1_event,
    notifier.v1_attempt TO registry;
-- A secret is rotated by whoever can unseal it.
GRANT SELECT (name, endpoint_id, sealed) ON notifier.endpoint TO registry;
GRANT EXECUTE ON FUNCTION notifier.add_endpoint, notifier.reseal_endpoint, notifier.set_endpoint_rules,
    notifier.set_endpoint_state, notifier.replay TO registry;
