provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_service_account" "app" {
  account_id   = "app"
  display_name = "The application"
}

resource "google_service_account" "batch" {
  account_id = "nightly"
}
