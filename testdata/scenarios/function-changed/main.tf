provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_cloudfunctions2_function" "hook" {
  name     = "hook"
  location = "europe-west1"
  labels   = { team = "web" }

  build_config {
    runtime     = "nodejs22"
    entry_point = "hook"

    source {
      storage_source {
        bucket = "acme-sources"
        object = "hook-1.zip"
      }
    }
  }

  service_config {
    available_memory              = "1Gi"
    min_instance_count            = 1
    ingress_settings              = "ALLOW_INTERNAL_ONLY"
    vpc_connector                 = "run"
    vpc_connector_egress_settings = "PRIVATE_RANGES_ONLY"

    environment_variables = {
      MODE = "full"
    }

    secret_environment_variables {
      key        = "TOKEN"
      project_id = "acme-test"
      secret     = "token"
      version    = "latest"
    }
    secret_environment_variables {
      key        = "OTHER"
      project_id = "acme-test"
      secret     = "other"
      version    = "3"
    }
  }
}
