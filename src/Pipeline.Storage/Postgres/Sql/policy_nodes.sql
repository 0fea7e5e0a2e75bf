-- A life without a lease of its own is believed; one whose lease has ended, or passed to a later life, is gone.
SELECT p.node, p.epoch, p.number, p.wanted, p.problem, p.at, coalesce(l.held AND l.epoch = p.epoch, true)
FROM node_policy p LEFT JOIN lease l ON l.node = p.node
ORDER BY p.node
