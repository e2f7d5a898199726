class BooksController < ApplicationController
  def index
    @books = Book.order(:title).page(params[:page])
    respond_to do |format|
      format.html
      format.json { render json: @books.map { |book| { title: book.title, notes: book.notes_html } } }
    end
  end

  def create
    book = Book.new(params.require(:book).permit(:title, :notes))
    if book.save
      render json: { id: book.id }, status: :created
    else
      render json: { errors: book.errors.full_messages }, status: :unprocessable_entity
    end
  end
end
