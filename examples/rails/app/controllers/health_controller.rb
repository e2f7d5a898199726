class HealthController < ApplicationController
  def show
    render json: { status: "ok", books: Book.count }
  end
end
