resource "google_redis_instance" "redis" {
  name               = "${var.environment}-redis-${random_id.suffix.hex}"
  region             = var.region
  tier               = "BASIC"
  memory_size_gb     = 1
  redis_version      = "REDIS_7_2"
  authorized_network = google_compute_network.vpc.id

  redis_configs = {
    "maxmemory-policy" = "allkeys-lru"
  }
}
