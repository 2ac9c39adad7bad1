-- Networks as they are published: a slice of the suppliers.
SELECT 'network/' || s.id AS key, to_json({
  id: s.id, co_bidders: coalesce(c.doc.listed, []), co_bidders_total: coalesce(c.doc.total, 0),
  buyers: coalesce(b.doc.listed, []), buyers_total: coalesce(b.doc.total, 0),
  shared_contacts: coalesce(k.doc.listed, []), shared_contacts_total: coalesce(k.doc.total, 0),
  left_out: {natural_persons: coalesce(c.doc.natural_persons, 0),
    name_only: coalesce(c.doc.name_only, 0), crowded_purchases: coalesce(c.doc.crowded, 0)},
  data_date: strftime(s.newest, '%Y-%m-%dT%H:%M:%SZ')})::VARCHAR AS body
FROM st_slice s LEFT JOIN st_net_co_bidders c ON c.party = s.party
LEFT JOIN st_net_buyers b ON b.party = s.party LEFT JOIN st_net_shared_contacts k ON k.party = s.party
