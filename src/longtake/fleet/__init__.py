"""Many machines, many boards, one budget: the same jobs as here, walked by DBOS on PostgreSQL."""
