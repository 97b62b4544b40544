moved {
  from = google_compute_network.before
  to   = google_compute_network.main
}

removed {
  from = google_compute_network.kept
  lifecycle {
    destroy = false
  }
}

resource "google_compute_network" "main" {
  name                    = "main"
  auto_create_subnetworks = false
}
