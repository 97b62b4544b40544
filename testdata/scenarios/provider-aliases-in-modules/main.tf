provider "google" {
  project = "pearl-lab"
  region  = "europe-north1"
}

provider "google" {
  alias   = "far"
  project = "pearl-far"
  region  = "us-east4"
}

provider "google-beta" {
  project = "pearl-beta"
  region  = "asia-east1"
}

module "pair" {
  source = "./pair"
  providers = {
    google      = google
    google.peer = google.far
  }
}

module "turned" {
  source = "./pair"
  providers = {
    google      = google.far
    google.peer = google
  }
  prefix = "turned"
}

resource "google_redis_instance" "far" {
  provider       = google.far
  name           = "far"
  memory_size_gb = 1
}

resource "google_redis_instance" "beta" {
  provider       = google-beta
  name           = "beta"
  memory_size_gb = 1
}
