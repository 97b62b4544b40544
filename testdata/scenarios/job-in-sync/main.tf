provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_cloud_run_v2_job" "import" {
  name     = "import"
  location = "europe-west1"
  labels   = { team = "data" }

  template {
    template {
      max_retries = 3

      containers {
        image = "europe-docker.pkg.dev/acme-test/app/import:1"

        env {
          name  = "MODE"
          value = "full"
        }
        env {
          name = "TOKEN"
          value_source {
            secret_key_ref {
              secret  = "token"
              version = "latest"
            }
          }
        }

        resources {
          limits = {
            cpu    = "1"
            memory = "0.5Gi"
          }
        }

        volume_mounts {
          name       = "cloudsql"
          mount_path = "/cloudsql"
        }
      }

      volumes {
        name = "cloudsql"
        cloud_sql_instance {
          instances = ["acme-test:europe-west1:main", "acme-test:europe-west1:copy"]
        }
      }

      vpc_access {
        connector = "projects/acme-test/locations/europe-west1/connectors/run"
      }
    }
  }
}
