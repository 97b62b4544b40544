# The services are deployed by a script. What they should look like stands here, where it can be compared.

live {
  projects = [var.project_id]
  regions  = [var.region]
}

expect "google_cloud_run_v2_service" "netra-backend-staging" {
  location = var.region

  template {
    vpc_access {
      connector = "projects/${var.project_id}/locations/${var.region}/connectors/${google_vpc_access_connector.staging_connector.name}"
      egress    = "PRIVATE_RANGES_ONLY"
    }
  }
}

expect "google_cloud_run_v2_service" "netra-auth-service" {
  location = var.region

  template {
    vpc_access {
      connector = "projects/${var.project_id}/locations/${var.region}/connectors/${google_vpc_access_connector.staging_connector.name}"
      egress    = "PRIVATE_RANGES_ONLY"
    }
  }
}
