class CreateBooks < ActiveRecord::Migration[6.1]
  def change
    create_table :books do |t|
      t.string :title, null: false, index: { unique: true }
      t.text :notes, null: false, default: ""
      t.timestamps
    end
  end
end
