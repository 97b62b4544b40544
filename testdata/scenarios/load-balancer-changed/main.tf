provider "google" {
  project = "acme-test"
}

resource "google_compute_health_check" "web" {
  name = "web"

  http_health_check {
    request_path = "/ready"
  }
}

resource "google_compute_health_check" "grpc" {
  name = "grpc"

  grpc_health_check {
    port               = 9000
    port_specification = "USE_FIXED_PORT"
    grpc_service_name  = "shop.Cart"
  }

  log_config {
    enable = false
  }
}

resource "google_compute_backend_service" "web" {
  name                   = "web"
  load_balancing_scheme  = "EXTERNAL_MANAGED"
  locality_lb_policy     = "ROUND_ROBIN"
  health_checks          = [google_compute_health_check.web.id]
  security_policy        = "edge"
  custom_request_headers = ["X-Edge:1", "X-Client:{client_region}"]

  backend {
    group                 = "projects/acme-test/zones/europe-west1-c/instanceGroups/web-c"
    balancing_mode        = "RATE"
    max_rate_per_instance = 100
  }

  backend {
    group = "https://compute.googleapis.com/compute/beta/projects/acme-test/zones/europe-west1-b/instanceGroups/web-b"
  }

  log_config {
    enable = false
  }
}

resource "google_compute_url_map" "shop" {
  name            = "shop"
  default_service = google_compute_backend_service.web.id

  host_rule {
    hosts        = ["www.example.com", "shop.example.com"]
    path_matcher = "shop"
  }

  host_rule {
    hosts        = ["api.example.com"]
    path_matcher = "api"
  }

  path_matcher {
    name            = "shop"
    default_service = google_compute_backend_service.web.self_link

    default_route_action {
      cache_policy {
        cache_mode = "CACHE_ALL_STATIC"

        default_ttl {
          seconds = "60"
        }
      }
    }
  }

  path_matcher {
    name            = "api"
    default_service = "web"

    path_rule {
      paths   = ["/v1/*", "/v2/*"]
      service = "global/backendServices/web"
    }
  }
}

resource "google_compute_target_https_proxy" "shop" {
  name             = "shop"
  url_map          = google_compute_url_map.shop.id
  ssl_certificates = ["shop"]
}

resource "google_compute_target_https_proxy" "managed" {
  name                             = "managed"
  url_map                          = google_compute_url_map.shop.id
  certificate_manager_certificates = ["projects/acme-test/locations/global/certificates/shop"]
}

resource "google_compute_global_forwarding_rule" "shop" {
  name                  = "shop"
  target                = google_compute_target_https_proxy.shop.id
  ip_address            = "projects/acme-test/global/addresses/shop"
  port_range            = "443"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  labels                = { team = "shop" }
}

resource "google_compute_global_forwarding_rule" "shop_v6" {
  name                  = "shop-v6"
  target                = google_compute_target_https_proxy.managed.id
  ip_address            = "2001:DB8:20:0::1"
  ip_version            = "IPV6"
  ip_protocol           = "tcp"
  port_range            = "443"
  load_balancing_scheme = "EXTERNAL_MANAGED"
}
