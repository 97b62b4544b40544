provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_secret_manager_secret" "token" {
  secret_id = "token"
  labels    = { team = "web" }

  replication {
    user_managed {
      replicas {
        location = "europe-west1"

        customer_managed_encryption {
          kms_key_name = "projects/acme-test/locations/europe-west1/keyRings/data/cryptoKeys/secrets"
        }
      }
      replicas {
        location = "europe-west4"
      }
    }
  }

  topics {
    name = "projects/acme-test/topics/rotate"
  }
  topics {
    name = "projects/acme-test/topics/audit"
  }

  rotation {
    next_rotation_time = "2026-01-01T00:00:00Z"
    rotation_period    = "604800s"
  }
}

resource "google_secret_manager_secret" "plain" {
  secret_id = "plain"

  replication {
    auto {}
  }
}
