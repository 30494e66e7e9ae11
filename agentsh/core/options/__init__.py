"""What a team's file tells its conductor, in keys of the conductor's own: one module a conductor."""
