provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_compute_router" "edge" {
  name    = "edge"
  network = "main"

  bgp {
    asn               = 64514
    advertise_mode    = "CUSTOM"
    advertised_groups = ["ALL_SUBNETS"]

    advertised_ip_ranges {
      range       = "10.20.0.0/16"
      description = "office"
    }

    advertised_ip_ranges {
      range = "10.30.0.0/16"
    }
  }

  md5_authentication_keys {
    name = "peer-key"
    key  = "synthetic-not-a-secret"
  }
}

resource "google_compute_router_nat" "egress" {
  name                               = "egress"
  router                             = google_compute_router.edge.name
  nat_ip_allocate_option             = "MANUAL_ONLY"
  nat_ips                            = ["projects/acme-test/regions/europe-west1/addresses/egress-1", "egress-2"]
  source_subnetwork_ip_ranges_to_nat = "LIST_OF_SUBNETWORKS"

  subnetwork {
    name                    = "apps"
    source_ip_ranges_to_nat = ["ALL_IP_RANGES"]
  }

  subnetwork {
    name                     = "jobs"
    source_ip_ranges_to_nat  = ["PRIMARY_IP_RANGE", "LIST_OF_SECONDARY_IP_RANGES"]
    secondary_ip_range_names = ["pods"]
  }

  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }

  rules {
    rule_number = 100
    match       = "inIpRange(destination.ip, '203.0.113.0/24')"

    action {
      source_nat_active_ips = ["egress-1"]
    }
  }
}
