provider "google" {
  project = "acme-test"
}

resource "google_compute_managed_ssl_certificate" "shop" {
  name = "shop"

  managed {
    domains = ["shop.example.com.", "www.example.com."]
  }
}

resource "google_compute_ssl_certificate" "internal" {
  name        = "internal"
  certificate = "-----BEGIN CERTIFICATE-----\naW52ZW50ZWQ=\n-----END CERTIFICATE-----\n"
  private_key = "not-a-key"
}
