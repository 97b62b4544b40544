resource "google_compute_firewall" "in" {
  disabled = true
  lifecycle {
    prevent_destroy = true
  }
}
