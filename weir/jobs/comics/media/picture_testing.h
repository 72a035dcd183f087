// Pictures for tests, made by libvips.
#pragma once

#include <gtest/gtest.h>
#include <vips/vips.h>

#include <fstream>
#include <string>

#include "weir/flow/process_memory.h"
#include "weir/jobs/comics/media/picture.h"

namespace weir::comics {

// A picture of noise in an encoding as libvips names it: ".png", ".jpg[interlace]".
inline std::string picture_of(i64 width, i64 height, const char* suffix, int bands = 3) {
  EXPECT_TRUE(start_pictures());
  VipsImage* noise = nullptr;
  VipsImage* gray = nullptr;
  VipsImage* picture = nullptr;
  EXPECT_EQ(vips_gaussnoise(&noise, static_cast<int>(width), static_cast<int>(height), "sigma",
                            20.0, "mean", 128.0, nullptr),
            0);
  EXPECT_EQ(vips_cast_uchar(noise, &gray, nullptr), 0);
  VipsImage* same[] = {gray, gray, gray, gray};
  EXPECT_EQ(vips_bandjoin(same, &picture, bands, nullptr), 0);
  VipsImage* typed = nullptr;
  EXPECT_EQ(vips_copy(picture, &typed, "interpretation", VIPS_INTERPRETATION_sRGB, nullptr), 0);
  void* data = nullptr;
  std::size_t size = 0;
  EXPECT_EQ(vips_image_write_to_buffer(typed, suffix, &data, &size, nullptr), 0)
      << vips_error_buffer();
  std::string bytes(static_cast<const char*>(data), size);
  g_free(data);
  for (VipsImage* image : {noise, gray, picture, typed}) g_object_unref(image);
  return bytes;
}

// The same as BMP, which libvips does not write: 24 bits a pixel, one colour.
inline std::string bmp_of(i64 width, i64 height) {
  const auto little = [](i64 value, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += static_cast<char>(value >> (8 * i) & 255);
    return text;
  };
  const i64 row = (width * 3 + 3) / 4 * 4;
  return "BM" + little(54 + row * height, 4) + little(0, 4) + little(54, 4) + little(40, 4) +
         little(width, 4) + little(height, 4) + little(1, 2) + little(24, 2) + little(0, 4) +
         little(row * height, 4) + std::string(16, '\0') +
         std::string(static_cast<std::size_t>(row * height), 'x');
}

inline std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

// By how much the resident size grew at most while `step` ran; -1 where it cannot be measured.
template <typename Step>
i64 memory_taken(const Step& step) {
#ifdef WEIR_SANITIZED  // sanitizers keep what is freed
  step();
  return -1;
#else
  const bool reset = static_cast<bool>(std::ofstream("/proc/self/clear_refs") << "5" << std::flush);
  const i64 before = flow::resident_bytes();
  step();
  return reset ? flow::peak_resident_bytes() - before : -1;
#endif
}

}  // namespace weir::comics
