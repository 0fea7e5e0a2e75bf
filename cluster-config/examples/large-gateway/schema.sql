-- What the gateway asks PostgreSQL: pgsql_servers in mailpipeline.conf.
-- psql -f schema.sql mail && psql -f sample.sql mail

CREATE TABLE domain (
    name          text PRIMARY KEY CHECK (name = lower(name)),
    -- hosted: its mailboxes are here; relay: another server has them
    kind          text NOT NULL CHECK (kind IN ('hosted', 'relay')),
    -- relay: the server that has the mailboxes; a host, or hosts with colons between, each perhaps with ::port
    destination   text,
    -- hosted: who gets what is for nobody; null for nobody
    catch_all     text,
    CHECK ((kind = 'relay') = (destination IS NOT NULL))
);

CREATE TABLE mailbox (
    local_part    text NOT NULL CHECK (local_part = lower(local_part)),
    domain        text NOT NULL REFERENCES domain (name),
    -- as crypt(3) writes it: mkpasswd -m sha-512
    password      text,
    -- what to answer while the user is away; null while the user is not
    vacation      text,
    PRIMARY KEY (local_part, domain)
);

-- Addresses whose mail goes elsewhere, to one or more addresses.
CREATE TABLE forward (
    local_part    text NOT NULL,
    domain        text NOT NULL REFERENCES domain (name),
    target        text NOT NULL,
    PRIMARY KEY (local_part, domain, target)
);

-- Users who write under other domains than their own, and the host that sends for those domains.
CREATE TABLE sender_route (
    sender_domain text PRIMARY KEY,
    smarthost     text NOT NULL
);
