ActiveRecord::Schema.define(version: 2023_01_01_000000) do
  create_table "books", force: :cascade do |t|
    t.string "title", null: false
    t.text "notes", default: "", null: false
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, null: false
    t.index ["title"], name: "index_books_on_title", unique: true
  end
end
