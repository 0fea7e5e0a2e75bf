-- Data to try the gateway with. The password is "secret".
INSERT INTO domain (name, kind, destination, catch_all) VALUES
    ('example.org', 'hosted', NULL, NULL),
    ('example.net', 'hosted', NULL, 'alice@example.org'),
    ('partner.example', 'relay', '192.0.2.80', NULL);

INSERT INTO mailbox (local_part, domain, password, vacation) VALUES
    ('alice', 'example.org', '$6$c2FsdHNhbHQ$3cL.9a2CiMVbHY9uRjEXvG/alcLDrYUNf0jmnbBT3gV.FHVWNVmAJBJ7R29zrgl91UwW3dP2AadudVlH5NzYo0', NULL),
    ('bob', 'example.org', NULL, 'I am away until Monday.'),
    ('postmaster', 'example.org', NULL, NULL);

INSERT INTO forward (local_part, domain, target) VALUES
    ('carol', 'example.org', 'carol@elsewhere.example'),
    ('team', 'example.org', 'alice@example.org'),
    ('team', 'example.org', 'bob@example.org');

INSERT INTO sender_route (sender_domain, smarthost) VALUES
    ('newsletter.example', '192.0.2.90');
