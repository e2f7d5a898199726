ENV["RAILS_ENV"] = "test"
require_relative "../config/environment"

# The database is in memory: it has no tables yet.
ActiveRecord::Schema.verbose = false
load File.expand_path("../db/schema.rb", __dir__)

require "rails/test_help"
