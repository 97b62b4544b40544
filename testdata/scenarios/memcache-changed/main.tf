provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_memcache_instance" "pages" {
  name               = "pages"
  node_count         = 2
  authorized_network = "main"
  zones              = ["europe-west1-b", "europe-west1-c"]

  node_config {
    cpu_count      = 1
    memory_size_mb = 1024
  }

  memcache_parameters {
    params = {
      max-item-size = "524288"
    }
  }

  maintenance_policy {
    weekly_maintenance_window {
      day      = "SATURDAY"
      duration = "3h"

      start_time {}
    }
  }
}
