
expect "google_cloud_run_v2_service" "worker" {
  location = "europe-west1"

  template {
    vpc_access {
      connector = google_vpc_access_connector.run.id
      egress    = "PRIVATE_RANGES_ONLY"
    }
  }
}
