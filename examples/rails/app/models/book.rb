# A book to read, with notes in Markdown.
class Book < ActiveRecord::Base
  validates :title, presence: true, uniqueness: true

  paginates_per 20

  def notes_html
    renderer = Redcarpet::Render::HTML.new(filter_html: true, safe_links_only: true)
    Redcarpet::Markdown.new(renderer, autolink: true).render(notes).html_safe
  end
end
