databases = {
  orders = {
    tier = "db-f1-micro"
    flags = {
      shared_buffers = "256000"
    }
  }
}
