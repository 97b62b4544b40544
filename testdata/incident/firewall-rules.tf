resource "google_compute_firewall" "connector_to_redis" {
  name          = "allow-vpc-connector-to-redis"
  network       = google_compute_network.vpc.name
  direction     = "INGRESS"
  priority      = 1000
  source_ranges = ["10.2.0.0/28"]
  target_tags   = ["redis"]

  allow {
    protocol = "tcp"
    ports    = ["6379"]
  }

  labels = local.connector_labels
}

resource "google_compute_firewall" "connector_to_cloud_sql" {
  name          = "allow-vpc-connector-to-cloud-sql"
  network       = google_compute_network.vpc.name
  direction     = "INGRESS"
  priority      = 1000
  source_ranges = ["10.2.0.0/28"]
  target_tags   = ["database"]

  allow {
    protocol = "tcp"
    ports    = ["5432", "3307"]
  }

  labels = local.connector_labels
}

resource "google_compute_firewall" "internal" {
  name          = "allow-internal-vpc-communication"
  network       = google_compute_network.vpc.name
  direction     = "INGRESS"
  priority      = 1100
  source_ranges = ["10.0.0.0/24", "10.2.0.0/28"]
  target_tags   = ["cloud-run"]

  allow {
    protocol = "tcp"
  }

  allow {
    protocol = "icmp"
  }

  labels = local.connector_labels
}

resource "google_compute_firewall" "health_checks" {
  name          = "allow-health-checks"
  network       = google_compute_network.vpc.name
  direction     = "INGRESS"
  priority      = 1000
  source_ranges = ["130.211.0.0/22", "35.191.0.0/16"]
  target_tags   = ["cloud-run"]

  allow {
    protocol = "tcp"
    ports    = ["8080", "8888"]
  }

  labels = local.connector_labels
}
