provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_redis_cluster" "sessions" {
  name          = "sessions"
  shard_count   = 3
  replica_count = 1
  kms_key       = "projects/acme-test/locations/europe-west1/keyRings/data/cryptoKeys/redis"
  labels        = { team = "web" }

  psc_configs {
    network = "projects/acme-test/global/networks/main"
  }

  redis_configs = {
    maxmemory-policy = "volatile-ttl"
  }

  automated_backup_config {
    retention = "3024000s"

    fixed_frequency_schedule {
      start_time {
        hours = 4
      }
    }
  }

  maintenance_policy {
    weekly_maintenance_window {
      day = "TUESDAY"

      start_time {
        hours = 2
      }
    }
  }
}
