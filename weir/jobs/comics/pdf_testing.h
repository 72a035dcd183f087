// Small PDF files for tests.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

namespace weir::comics {

// The objects 1, 2, ... with a table of them; object 1 is the catalogue.
inline std::string pdf_of(const std::vector<std::string>& objects,
                          const std::string& trailer_entries = "") {
  std::string pdf = "%PDF-1.4\n";
  std::string table = fmt::format("xref\n0 {}\n0000000000 65535 f \n", objects.size() + 1);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    table += fmt::format("{:010} 00000 n \n", pdf.size());
    pdf += fmt::format("{} 0 obj{} endobj\n", i + 1, objects[i]);
  }
  const std::size_t at = pdf.size();
  return pdf + table +
         fmt::format("trailer<</Size {}/Root 1 0 R{}>>\nstartxref\n{}\n%%EOF\n", objects.size() + 1,
                     trailer_entries, at);
}

// `pages` empty pages of 90 by 180 points; `info` is a dictionary, or empty.
inline std::string pdf_of_pages(int pages, const std::string& info = "") {
  std::string kids;
  for (int page = 0; page < pages; ++page) kids += fmt::format("{} 0 R ", 3 + page);
  std::vector<std::string> objects = {
      "<</Type/Catalog/Pages 2 0 R>>",
      fmt::format("<</Type/Pages/Count {}/Kids[{}]>>", pages, kids)};
  for (int page = 0; page < pages; ++page)
    objects.emplace_back("<</Type/Page/Parent 2 0 R/MediaBox[0 0 90 180]>>");
  if (info.empty()) return pdf_of(objects);
  objects.push_back(info);
  return pdf_of(objects, fmt::format("/Info {} 0 R", objects.size()));
}

}  // namespace weir::comics
