provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_project_service" "run" {
  service            = "run.googleapis.com"
  disable_on_destroy = false
}

resource "google_project_service" "redis" {
  service = "redis.googleapis.com"
}
