# The certificate was made outside of Terraform after the managed one lacked a host.
data "google_compute_ssl_certificate" "complete" {
  name = "${var.environment}-managed-cert-complete"
}
