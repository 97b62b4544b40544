provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_artifact_registry_repository" "images" {
  repository_id = "images"
  location      = "europe-west1"
  format        = "docker"

  docker_config {
    immutable_tags = true
  }

  cleanup_policies {
    id     = "old"
    action = "DELETE"

    condition {
      tag_state  = "UNTAGGED"
      older_than = "7d"
    }
  }

  cleanup_policies {
    id     = "last"
    action = "KEEP"

    most_recent_versions {
      keep_count = 10
    }
  }
}

resource "google_artifact_registry_repository" "libraries" {
  repository_id = "libraries"
  location      = "europe-west1"
  format        = "MAVEN"
  mode          = "VIRTUAL_REPOSITORY"

  virtual_repository_config {
    upstream_policies {
      id         = "own"
      repository = "projects/acme-test/locations/europe-west1/repositories/own"
      priority   = 20
    }
    upstream_policies {
      id         = "central"
      repository = "projects/acme-test/locations/europe-west1/repositories/central"
      priority   = 10
    }
  }
}
