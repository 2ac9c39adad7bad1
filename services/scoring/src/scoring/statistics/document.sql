-- Profiles as they are published: a slice of the subjects, each with all its parts.
SELECT s.type || '/' || s.id AS key, to_json({
  type: s.type, id: s.id, volumes: v.doc, methods: coalesce(m.doc, []), competition: c.doc,
  savings: a.doc, execution: x.doc, bidding: b.doc, buyers: f.doc, suppliers: u.doc, flags: g.doc,
  trend: t.doc, data_date: strftime(s.newest, '%Y-%m-%dT%H:%M:%SZ')})::VARCHAR AS body
FROM (SELECT * FROM st_subject WHERE n BETWEEN $first AND $last) s
JOIN st_part_volumes v ON v.n = s.n JOIN st_part_flags g ON g.n = s.n
JOIN st_part_trend t ON t.n = s.n
LEFT JOIN st_part_methods m ON m.n = s.n LEFT JOIN st_part_competition c ON c.n = s.n
LEFT JOIN st_part_savings a ON a.n = s.n LEFT JOIN st_part_execution x ON x.n = s.n
LEFT JOIN st_part_bidding b ON b.n = s.n LEFT JOIN st_part_buyers f ON f.n = s.n
LEFT JOIN st_part_suppliers u ON u.n = s.n
