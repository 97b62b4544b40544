provider "google" {
  project = "acme-test"
}

resource "google_dns_managed_zone" "public" {
  name     = "public"
  dns_name = "example.com."
  labels   = { team = "web" }

  dnssec_config {
    state = "on"
  }
}

resource "google_dns_managed_zone" "inside" {
  name       = "inside"
  dns_name   = "inside.example.com."
  visibility = "PRIVATE"

  private_visibility_config {
    networks {
      network_url = "projects/acme-test/global/networks/a"
    }
    networks {
      network_url = "b"
    }
  }

  forwarding_config {
    target_name_servers {
      ipv4_address    = "10.0.0.53"
      forwarding_path = "private"
    }
    target_name_servers {
      ipv4_address = "10.0.0.54"
    }
  }
}

resource "google_dns_record_set" "www" {
  managed_zone = google_dns_managed_zone.public.name
  name         = "www.${google_dns_managed_zone.public.dns_name}"
  type         = "A"
  ttl          = 300
  rrdatas      = ["203.0.113.21", "203.0.113.20"]
}

resource "google_dns_record_set" "six" {
  managed_zone = google_dns_managed_zone.public.id
  name         = "www.example.com."
  type         = "AAAA"
  ttl          = 300
  rrdatas      = ["2001:0DB8:0:0:0:0:0:1"]
}

resource "google_dns_record_set" "mail" {
  managed_zone = "public"
  name         = "example.com."
  type         = "MX"
  ttl          = 3600
  rrdatas      = ["10 Mail.Example.com."]
}

resource "google_dns_record_set" "text" {
  managed_zone = "public"
  name         = "example.com."
  type         = "TXT"
  ttl          = 300
  rrdatas      = ["v=spf1 -all"]
}

resource "google_dns_record_set" "near" {
  managed_zone = "public"
  name         = "near.example.com."
  type         = "A"
  ttl          = 60

  routing_policy {
    enable_geo_fencing = true

    geo {
      location = "europe-west1"
      rrdatas  = ["203.0.113.30"]
    }
    geo {
      location = "us-east1"
      rrdatas  = ["203.0.113.31"]
    }
  }
}
