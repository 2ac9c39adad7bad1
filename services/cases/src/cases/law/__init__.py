"""The legal routes of a complaint: what may be done, until when, to whom, and what follows.

`catalogue` finds the declarations, `choosing` ranks the routes for somebody in a situation,
`deadlines` computes windows and terms with every step explained, `authorities` says which body is
competent on a day, `invitations` writes deadlines as iCalendar. Nothing here waits or stores.
"""
