require_relative "boot"

require "rails"
require "active_record/railtie"
require "action_controller/railtie"
require "action_view/railtie"
require "rails/test_unit/railtie"
require "sprockets/railtie"

Bundler.require(*Rails.groups)

module Books
  class Application < Rails::Application
    config.load_defaults 6.1

    config.eager_load = Rails.env.production?
    config.consider_all_requests_local = !Rails.env.production?
    config.public_file_server.enabled = true
    config.assets.compile = !Rails.env.production?
    config.logger = ActiveSupport::Logger.new($stdout)
    config.log_level = :warn
    # Nobody signs in: there are no sessions whose cookies a secret would have to protect.
    config.secret_key_base = ENV.fetch("SECRET_KEY_BASE", "not-a-secret")

    config.middleware.insert_before 0, Rack::Cors do
      allow do
        origins "*"
        resource "/books.json", headers: :any, methods: :get
      end
    end
  end
end
