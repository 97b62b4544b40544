# Made here, read by nobody: the services mount secrets of other names that are filled by hand.
resource "google_secret_manager_secret" "service" {
  for_each = toset(["database-url", "database-url-direct", "redis-url", "jwt-secret", "service-secret"])

  secret_id = "${var.environment}-${each.key}"

  replication {
    auto {}
  }
}
