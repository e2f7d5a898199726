require_relative "test_helper"

class BooksTest < ActionDispatch::IntegrationTest
  test "a book comes back with its notes as HTML" do
    post "/books", params: { book: { title: "Emma", notes: "by *Jane Austen*" } }
    assert_response :created

    get "/books.json"
    assert_equal [{ "title" => "Emma", "notes" => "<p>by <em>Jane Austen</em></p>\n" }], response.parsed_body
  end

  test "a book has a title" do
    post "/books", params: { book: { title: "" } }
    assert_response :unprocessable_entity
  end
end
