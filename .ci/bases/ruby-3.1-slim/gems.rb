# Makes .gem files, in the current folder, of all gems that Debian's packages have installed.
#
# Debian has their extensions compiled, without the sources. So that these gems need a compiler, and leave its logs, as
# those from RubyGems do, they bring a small extension of no use along.

require "fileutils"
require "rubygems/package"
require "tmpdir"

def pack(spec)
  spec = spec.dup
  target = File.expand_path(spec.file_name)
  Dir.mktmpdir do |folder|
    unpack(spec, folder)
    Dir.chdir(folder) do
      spec.extensions = Dir["**/*.so"].empty? ? [] : [extension(spec.name)]
      spec.executables = spec.executables.select { |name| File.file?("#{spec.bindir}/#{name}") }
      spec.extra_rdoc_files = spec.test_files = []
      spec.files = Dir["**/*"].select { |path| File.file?(path) }
      Gem::Package.build(spec, true, false, target)
    end
  end
end

# A package has a gem in a folder of its own, or in Ruby's.
def unpack(spec, folder)
  if Dir.exist?(spec.full_gem_path) && !Dir.empty?(spec.full_gem_path)
    FileUtils.cp_r("#{spec.full_gem_path}/.", folder)
    FileUtils.cp_r("#{spec.extension_dir}/.", "#{folder}/lib") if Dir.exist?(spec.extension_dir)
    return
  end
  package = `dpkg -S #{spec.loaded_from}`.split(":").first
  `dpkg -L #{package}`.lines(chomp: true).select { |path| File.file?(path) }.each do |path|
    inside = path[%r{\A/usr/lib/(?:ruby|[^/]+/ruby)/vendor_ruby/(?:3\.1\.0/)?(.*)}, 1] or next
    FileUtils.mkdir_p(File.dirname("#{folder}/lib/#{inside}"))
    FileUtils.cp(path, "#{folder}/lib/#{inside}")
  end
end

def extension(gem)
  name = gem.tr("-", "_") + "_compiled"
  FileUtils.rm_rf("ext")
  FileUtils.mkdir_p("ext/#{name}")
  File.write("ext/#{name}/#{name}.c", "#include <ruby.h>\nvoid Init_#{name}(void) {}\n")
  File.write("ext/#{name}/extconf.rb", "require \"mkmf\"\ncreate_makefile(\"#{name}\")\n")
  "ext/#{name}/extconf.rb"
end

Gem::DefaultUserInteraction.ui = Gem::SilentUI.new
Gem::Specification.reject(&:default_gem?).each { |spec| pack(spec) }
