ignore "google_cloud_run_v2_service.*" {
  attributes = ["template.containers.image"]
  reason     = "the deploy script sets it"
}

ignore "google_redis_instance.*" {
  attributes = ["labels"]
  reason     = "nothing here"
}
